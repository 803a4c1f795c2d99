"""What the cards of a page say of themselves, all read in one moment."""

from playwright.sync_api import Locator


def data_of(cards: Locator, name: str) -> list[str]:
    """A data attribute of each, in order; read one by one, a card drawn meanwhile would push another out of the list."""
    return cards.evaluate_all("(cards, name) => cards.map((card) => card.dataset[name])", name)
