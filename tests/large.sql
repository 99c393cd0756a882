-- An archive of 100,000 articles over almost four years, the same on every run: nouns from very frequent to unknown,
-- spread evenly or bunched at one end of time, as closed outlets and old stories are.
select setseed(0.5);

insert into outlets (uuid, slug, name, folded)
select gen_random_uuid(), 'outlet-' || n, 'Outlet ' || n, 'outlet ' || n from generate_series(1, 41) n;

-- 100,000 tags and people; only the first four hundred or so are in articles.
insert into tags (slug, name, folded)
select 'tag-' || n, '#' || word, word
from generate_series(1, 100000) n cross join lateral (select translate(md5('t' || n), '0123456789', 'ghijklmnop')) w (word);

insert into people (slug, name, folded, names, aliases, roles)
select 'person-' || n, word, word, array[word, alias], array[alias],
    case when n % 50 = 0 then '[{"title": "Minister", "from": "2020-01-01", "to": "2022-12-31"}]' else '[]' end::json
from generate_series(1, 100000) n cross join lateral (
    select translate(md5('p' || n), '0123456789', 'ghijklmnop'), translate(md5('a' || n), '0123456789', 'ghijklmnop')
) w (word, alias);

insert into languages values ('en'), ('ko'), ('eu');

-- outlet-1 has 30 % and outlet-40 ten articles; outlet-39 closed after the first few weeks, outlet-41 has none.
insert into articles (id, outlet_id, external_id, url, headline, body, byline, credit, section, language,
    published_at, created_at, updated_at, status, digest, outlet, tags, people, search)
select md5('article' || n)::uuid,
    case when n % 10000 = 1 then 40 when n % 10 < 3 then 1 when n <= 4000 then 39 else 2 + n % 37 end,
    'x' || n, 'https://example.org/' || n, 'Headline ' || n, repeat('The text of an article. ', 20),
    case when n % 5 = 0 then 'Staff' else 'Author ' || n % 2000 end,
    case when n % 5 = 1 then 'Agency' when n % 2 = 1 then 'Credit ' || n % 300 end,
    case when n % 10000 = 2 then 'Chess' when n <= 4000 and n % 3 = 0 then 'Gazette'
        when n % 5 < 2 then 'Politics' else 'Section ' || n % 50 end,
    language, published_at, published_at,
    published_at + interval '1 minute' + case when n % 20 = 3 then random() * interval '300 days' else '0' end,
    case when n % 100 = 0 then 'withheld' else 'usable' end, '', '{}', '[]', '[]',
    words || array_to_tsvector(array['lang:' || language] || array(
        select '~' || to_hex(hashtext(a.lexeme || ' ' || b.lexeme) & 16383)
        from unnest(words) a join unnest(words) b on b.positions[1] = a.positions[1] + 1))
from generate_series(1, 100000) n
cross join lateral (select to_tsvector('english', concat_ws(' ', 'common', 'half' || n % 2, 'mid' || n % 100,
    'word' || n % 5000, 'rare' || n % 20000, case when n <= 4000 then 'bygone' end))) v (words)
cross join lateral (select timestamptz '2020-01-01' + n * interval '20 minutes',
    case when n % 5000 = 7 then 'eu' when n % 20 = 0 then 'ko' else 'en' end) w (published_at, language);

-- tag-1 has a quarter of all articles, tag-300 about 200; tag-401 the oldest 4,000, tag-402 the newest 4,000,
-- tag-403 ten, tag-404 300 in a row and tag-405 none. People are alike.
insert into article_tags (article_id, tag_id, published_at, origin)
select a.id, 1 + (400 * power(random(), 3))::int % 400, a.published_at, 'push' from articles a, generate_series(1, 2)
on conflict do nothing;
insert into article_people (article_id, person_id, published_at, origin, mentions)
select a.id, 1 + (400 * power(random(), 3))::int % 400, a.published_at, 'match', 1 from articles a, generate_series(1, 2)
on conflict do nothing;

create temporary table bunched as
select md5('article' || n)::uuid as article_id, timestamptz '2020-01-01' + n * interval '20 minutes' as published_at, noun
from generate_series(1, 100000) n, generate_series(401, 404) noun
where case noun when 401 then n <= 4000 when 402 then n > 96000 when 403 then n % 10000 = 5
    when 404 then n between 30001 and 30300 end;
insert into article_tags select article_id, noun, published_at, 'push' from bunched;
insert into article_people select article_id, noun, published_at, 'match', 1 from bunched;

update tags n set articles = r.articles, first_published_at = r.first, last_published_at = r.last
from (select tag_id, count(*), min(l.published_at), max(l.published_at)
    from article_tags l join articles a on a.id = l.article_id where a.visible group by tag_id) r (id, articles, first, last)
where n.id = r.id;
update people n set articles = r.articles, first_published_at = r.first, last_published_at = r.last
from (select person_id, count(*), min(l.published_at), max(l.published_at)
    from article_people l join articles a on a.id = l.article_id where a.visible group by person_id) r (id, articles, first, last)
where n.id = r.id;
update outlets n set articles = r.articles, first_published_at = r.first, last_published_at = r.last
from (select outlet_id, count(*), min(published_at), max(published_at)
    from articles where visible group by outlet_id) r (id, articles, first, last)
where n.id = r.id;
