"""Count words as they are written, so that spelling suggestions can be made of them: lexemes are stems."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
    create table word_stats (
        word text collate "C" primary key,
        articles int not null
    );
    comment on table word_stats is
        'In how many visible articles of a sample a folded word is: the words of which spelling suggestions are made.';
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop table word_stats")
