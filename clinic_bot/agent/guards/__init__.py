"""What is held against every text that a model wrote, before a patient may read it: ``objections.py`` asks them all."""
