-- The role that serves; `dateline grant` says what it may do.
\getenv password API_PASSWORD
create role dateline_api login password :'password';
