"""``python -m api``: the ``dateline`` command, for an environment whose scripts are not on the PATH."""

# The processes that a server starts import this module as well, by another name.
if __name__ == "__main__":
    from api.cli.main import main

    main()
