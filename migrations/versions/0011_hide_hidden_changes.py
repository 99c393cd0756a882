"""Hide hidden changes: their positions and their number affect nothing that others read.

Public changes and those of one outlet are found without the others. How far the changes of an outlet's embargoed
articles were deleted is stored with the outlet, as it concerns its keys alone.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    create index changes_public on changes (position) where outlet_id is null;
    create index changes_of_outlet on changes (outlet_id, position) where outlet_id is not null;
    alter table outlets add column changes_trimmed_to bigint not null default 0;
    comment on column outlets.changes_trimmed_to is
        'Changes that only its keys see, up to this position, are no longer kept.';
    comment on column archive.changes_trimmed_to is 'Public changes up to this position are no longer kept.';
    alter table articles add column was_visible boolean not null default true;
    comment on column articles.was_visible is 'Whether readers ever saw it; others learn nothing of one they did not.';
    update articles set was_visible = false where not visible and version = 1
        and not exists (select from versions where article_id = id);
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    alter table articles drop column was_visible;
    comment on column archive.changes_trimmed_to is 'Changes up to this position are no longer kept.';
    alter table outlets drop column changes_trimmed_to;
    drop index changes_public, changes_of_outlet;
    """)
