"""Keep stop words: text search configurations with Postgres' stemmers and without its stop words.

Articles are indexed by these, so that phrases are found with all their words. In articles stored before, phrases match
any word in place of a stop word, and initialisms are not found, until ``dateline reindex`` is done.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STEMMERS = (
    "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german", "greek",
    "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "portuguese",
    "romanian", "russian", "serbian", "spanish", "swedish", "tamil", "turkish", "yiddish",
)  # fmt: skip

# Configurations of other alphabets stem words in Latin letters in English.
STEMMER = """
create text search dictionary dateline_{name} (template = pg_catalog.snowball, language = {name});
create text search configuration dateline_{name} (copy = pg_catalog.{name});
"""
MAPPING = """
alter text search configuration dateline_{name} alter mapping replace pg_catalog.{name}_stem with dateline_{name};
"""
ENGLISH = """
alter text search configuration dateline_{name} alter mapping replace pg_catalog.english_stem with dateline_english;
"""


def upgrade() -> None:
    connection = op.get_bind()
    for name in STEMMERS:
        connection.exec_driver_sql(STEMMER.format(name=name))
    for name in STEMMERS:
        connection.exec_driver_sql(MAPPING.format(name=name))
        if name != "english":
            connection.exec_driver_sql(ENGLISH.format(name=name))
    connection.exec_driver_sql("""
    create text search configuration dateline_simple (copy = pg_catalog.simple);
    update languages set paired = false;
    comment on column languages.paired is
        'Whether all articles in it are indexed in the present form, with pairs and stop words.';
    """)


def downgrade() -> None:
    for name in STEMMERS:
        op.get_bind().exec_driver_sql(f"drop text search configuration dateline_{name}")
    for name in STEMMERS:
        op.get_bind().exec_driver_sql(f"drop text search dictionary dateline_{name}")
    op.get_bind().exec_driver_sql("drop text search configuration dateline_simple")
