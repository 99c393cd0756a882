"""What goes in and out, in marshmallow: one file a noun, an XQuery, XSchema and XInput in each."""
