/** A shorter secret may be a part of an ordinary word: it is taken out of longer texts of ours only from this length on, in UTF-16 units. */
export const SHORTEST_SECRET_IN_TEXT = 8;
