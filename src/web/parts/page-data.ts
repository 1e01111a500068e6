/** The data that the maker of the page put into it; null when it put none. */
export function readData(): unknown {
  return JSON.parse(document.getElementById('data')?.textContent ?? 'null');
}
