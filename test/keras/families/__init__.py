"""What Keras is asked: one module for each family of fixtures."""
