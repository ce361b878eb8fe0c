"""What makes the views of a step that needs nothing but the tables."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from engine.training.parallel import World
from engine.training.sets import TrainingSets
from engine.training.settings import RunSettings
from engine.training.views import ViewMaker


class ViewSource:
    """Of this process's share of a step; see `engine.training.feeding`.

    Parameters
    ----------
    sets : TrainingSets
    settings : RunSettings
    world : World
    """

    def __init__(self, sets: TrainingSets, settings: RunSettings, world: World) -> None:
        self.sets, self.seed, self.rank = sets, settings.seed, world.rank
        self.views = settings.training_views
        share = world.share(settings.batch)
        self.batch = share.stop - share.start

    def __getstate__(self) -> dict[str, Any]:
        """Only what the rest can be found from."""
        return {k: v for k, v in vars(self).items() if k != "maker"}

    @cached_property
    def maker(self) -> ViewMaker:
        """Makes the views."""
        return ViewMaker(self.sets.tables, self.views)
