// The calendar that `Date` uses, without `Date`: one that is made for every event costs more than the sum.

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MS_PER_DAY = 86_400_000;
const DAYS_IN_ERA = 146_097;
/** From 1 March of the year 0. */
const DAYS_TO_1970 = 719_468;

/** Epoch milliseconds of a day's midnight in UTC; `undefined` when there is no such day. Months are counted from 1. */
export function midnightUtc(year: number, month: number, day: number): number | undefined {
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  // Days are counted from March on, so that a leap day is the last of its year; the calendar repeats every 400 years.
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * DAYS_IN_ERA + dayOfEra - DAYS_TO_1970) * MS_PER_DAY;
}

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : DAYS_IN_MONTH[month - 1]!;
}
