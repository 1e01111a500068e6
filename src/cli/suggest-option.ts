import { changesBetween } from '../core/index.js';

/**
 * Whether a name is another one misspelt: written in another case or with other separators, or with at most two letters missing, wrong,
 * superfluous or swapped; one in a short name.
 *
 * @example
 * isNearMiss('api_key', 'apiKey'); // true
 * isNearMiss('userAtributeMap', 'userAttributeMap'); // true
 */
export function isNearMiss(name: string, meant: string): boolean {
  const [a, b] = [bare(name), bare(meant)];
  const most = b.length > SHORT ? 2 : 1;
  return Math.abs(a.length - b.length) <= most && changesBetween(a, b) <= most;
}

const SHORT = 6;

const bare = (name: string): string => name.toLowerCase().replaceAll(/[\s_.-]/g, '');
