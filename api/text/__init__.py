"""Text processing without a database: folding, names, languages, HTML, differences."""
