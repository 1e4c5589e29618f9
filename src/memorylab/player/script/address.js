// A text behind the '#' of the page's address, so that a link brings it.

/** The text of the address; throws an Error if it can't be read. */
export function readAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    throw new Error(`The page's address can't be read behind its '#': ${location.hash}`);
  }
}

/** Put a text into the address, in place of the one that is there. */
export function writeAddress(text) {
  const { pathname, search } = location;
  history.replaceState(null, "", text ? `#${text}` : pathname + search);
}
