"""Index people by all their names, and those who held a role."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# people_by_names: who is called so, by name or alias, where ``q`` is how a name begins. Each name is one lexeme, spaces
# included, and a lexeme is looked up by its prefix; a lexeme may neither be empty nor longer than 2 kB.
# people_with_roles: who held a role on a day (``as_of``) is looked for among those alone who ever held one, and
# people_roles lets the planner know how few they are.
# Both are written when a person is stored, not when an article is.


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    update people set names = array(select left(known, 200) from unnest(names) as known where known <> '')
    where exists (select from unnest(names) as known where known = '' or length(known) > 200);
    create index people_by_names on people using gin (array_to_tsvector(names));
    create index people_with_roles on people (folded, id) where json_array_length(roles) > 0;
    create statistics people_roles on (json_array_length(roles)) from people;
    analyze people;
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop statistics people_roles;
    drop index people_by_names, people_with_roles;
    """)
