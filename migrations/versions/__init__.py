"""One file a step, named NNNN_verb_noun."""
