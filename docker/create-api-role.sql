-- The role that serves. `dateline grant` gives it its rights.
\getenv password API_PASSWORD
create role dateline_api login password :'password';
