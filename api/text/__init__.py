"""Text processing without a database: folding, names, language, HTML, differences."""
