"""What goes in and out, in marshmallow: one file an entity, an XQuery, XSchema and XInput in each."""
