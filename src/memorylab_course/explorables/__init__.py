"""What a reader moves or guesses in a notebook: figures with controls, and predictions."""

from memorylab_course.explorables.controls import Buttons, Choice, Slider, Switch
from memorylab_course.explorables.explore import Explorer, explore
from memorylab_course.explorables.prediction import Prediction, Revealed, predict

__all__ = [
    "Buttons",
    "Choice",
    "Explorer",
    "Prediction",
    "Revealed",
    "Slider",
    "Switch",
    "explore",
    "predict",
]
