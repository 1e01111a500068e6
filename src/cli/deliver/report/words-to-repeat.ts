import type { Command } from 'commander';
import { optionText } from '../../options.js';

/**
 * The options of a call that a run which resumes it needs too, as words.
 *
 * @param changing attributes of options that the next run has otherwise
 */
export function wordsToRepeat(command: Command, changing: readonly string[]): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (changing.includes(name) || command.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = command.getOptionValue(name);
    if (typeof value === 'boolean') return option.negate === value ? [] : [option.long ?? ''];
    if (option.negate) return [];
    return [option.long ?? '', optionText(option, value)];
  });
}
