"""Number what writes leave to do: one number for all the jobs of one write, so that its client can follow them."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    create sequence job_numbers;
    alter table jobs add column number bigint not null default nextval('job_numbers');
    alter sequence job_numbers owned by jobs.number;
    comment on column jobs.number is 'What clients call it; the jobs of one write have the same.';
    create index jobs_by_number on jobs (number);
    create index tags_merged on tags (merged_into) where merged_into is not null;
    create index people_merged on people (merged_into) where merged_into is not null;
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
    drop index tags_merged, people_merged;
    alter table jobs drop column number;
    """)
