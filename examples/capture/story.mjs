/**
 * Four working weeks of an invented analytics product, as the calls its servers make: 360 track, 180 identify, 60 group,
 * in the order of time. The same story every time: nothing here reads a clock or true randomness.
 */
import { accounts } from './cast.mjs';
import { consentParts, preferenceParts } from './consent.mjs';
import { castUsers, dateForms, signUpTraits, updateTraits } from './profile.mjs';
import { seeded } from './seeded.mjs';
import { contextOf, trackPart } from './usage.mjs';

const FIRST_DAY_MS = Date.UTC(2025, 8, 1, 7);
const DAY_MS = 86_400_000;
const MINUTES_A_DAY = 660;
const LAST_MINUTE = 20 * MINUTES_A_DAY - 1;
const UPDATES = 100;
const TRACKS = 360;
const ACCOUNT_UPDATES = 6;

/** The n-th minute of work, weekends left out. */
const workMinute = (minute, seconds) => {
  const day = Math.floor(minute / MINUTES_A_DAY);
  const calendarDay = day + 2 * Math.floor(day / 5);
  return FIRST_DAY_MS + calendarDay * DAY_MS + (minute % MINUTES_A_DAY) * 60_000 + seconds * 1000;
};

/** Who does what in which minute. */
function schedule(rng, users) {
  const calls = [];
  const add = (kind, user, minute, more) =>
    calls.push({ kind, user, minute: Math.min(minute, LAST_MINUTE), seconds: rng.int(0, 59), ...more });
  const arrivals = users.map((_, index) => Math.floor((index * 137) % 80) * 120 + rng.int(0, 90));
  users.forEach((user, index) => add('signUp', user, arrivals[index]));
  // Most join their account minutes after they signed up; three are linked before anybody has said who they are.
  users.slice(0, 54).forEach((user, index) => {
    const early = index > 0 && index % 17 === 0;
    add('group', user, Math.max(0, arrivals[index] + (early ? -5 : rng.int(2, 8))), {
      first: index < accounts.length,
    });
  });
  for (let turn = 0; turn < ACCOUNT_UPDATES; turn += 1)
    add('group', users[60 + turn], LAST_MINUTE - 300 + turn, { update: true });
  const later = (kind, count) => {
    for (let turn = 0; turn < count; turn += 1) {
      const index = rng.int(0, users.length - 1);
      add(kind, users[index], rng.int(arrivals[index] + 10, LAST_MINUTE), { turn });
    }
  };
  later('update', UPDATES);
  later('track', TRACKS - 10);
  // Visitors act before they are known at all.
  for (let turn = 0; turn < 10; turn += 1)
    add('track', users[79 - turn], Math.max(0, arrivals[79 - turn] - 15), { turn });
  return calls.sort((a, b) => a.minute - b.minute || a.seconds - b.seconds);
}

/** The parts of an identify message that opt out, if this turn brings some. */
const optOut = (turn) => {
  if (turn % 4 === 1) return preferenceParts[Math.floor(turn / 4) % preferenceParts.length];
  if (turn % 7 === 2) return consentParts[Math.floor(turn / 7) % consentParts.length];
  return {};
};

function identifyMessage(rng, { user, kind, turn }, atMs) {
  if (kind === 'signUp') {
    return { traits: signUpTraits(rng, user, atMs), context: contextOf(rng, user) };
  }
  const part = optOut(turn);
  const traits = { ...updateTraits(rng, user, atMs, turn), ...part.traits };
  const context = { ...contextOf(rng, user), ...part.context };
  // The SDK copies `traits` to `context.traits`; only a message without `traits` keeps what its context says.
  const onlyInContext = part.context?.traits !== undefined || turn % 4 === 2;
  return {
    ...(onlyInContext ? {} : { traits }),
    context: onlyInContext ? { ...context, traits: { ...traits, ...part.context?.traits } } : context,
    ...(part.integrations && { integrations: part.integrations }),
  };
}

function groupMessage(rng, { user, first, update }, atMs) {
  const { id, traits } = user.account;
  const refresh = {
    numberOfUsers: rng.int(5, 300),
    healthScore: rng.int(20, 99),
    lastSeenDate: dateForms(atMs)[rng.int(0, 7)],
  };
  return {
    groupId: id,
    ...((first || update) && { traits: { ...traits, ...(update && refresh) } }),
    ...(!first &&
      !update &&
      rng.chance(0.5) && { traits: { plan: rng.pick(['Growth', 'Enterprise']), internalNote: 'synced' } }),
    context: { ...contextOf(rng, user), ...(user.traitsId && { traits: { id: user.traitsId } }) },
  };
}

/** All calls to make: `{ call: 'identify' | 'group' | 'track', message }`. */
export function tellStory(seed) {
  const rng = seeded(seed);
  const users = castUsers(rng, accounts);
  return schedule(rng, users).map((entry, index) => {
    const atMs = workMinute(entry.minute, entry.seconds);
    const call = entry.kind === 'signUp' || entry.kind === 'update' ? 'identify' : entry.kind;
    const builders = {
      identify: () => identifyMessage(rng, entry, atMs),
      group: () => groupMessage(rng, entry, atMs),
      track: () => trackPart(rng, entry.user, atMs, entry.turn),
    };
    const message = {
      ...entry.user.ids,
      ...builders[call](),
      messageId: rng.uuid(),
      // Some senders leave the time to the SDK, which then has only `originalTimestamp`.
      ...(index % 40 !== 39 && { timestamp: new Date(atMs + rng.int(0, 999)) }),
    };
    if (index % 11 === 5) message.integrations ??= { All: true, 'Example Warehouse': false };
    return { call, message };
  });
}
