// A mixed load: 60 % track, 30 % identify, 10 % group, for 300 users and 40 accounts; the same in every run.

const USERS = 300;
const ACCOUNTS = 40;

/** Seeded random numbers from 0 to 1 (mulberry32), so that every run sends the same messages. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The kinds of message in their exact shares, shuffled. */
function kinds(count, random) {
  const list = Array.from({ length: count }, (_, at) =>
    at % 10 < 6 ? 'track' : at % 10 < 9 ? 'identify' : 'group',
  );
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
  return list;
}

/** `count` messages, as text lines. */
export function mixedMessages(count) {
  const random = seeded(20_250_901);
  return kinds(count, random).map((type, at) => {
    const user = Math.floor(random() * USERS);
    const account = user % ACCOUNTS;
    const base = {
      type,
      userId: `user-${user}`,
      messageId: `m-${at}`,
      timestamp: new Date(1.75e12 + at * 1000).toISOString(),
    };
    if (type === 'track')
      return JSON.stringify({ ...base, event: `Event ${at % 12}`, properties: { at, plan: 'pro' } });
    if (type === 'group')
      return JSON.stringify({
        ...base,
        groupId: `account-${account}`,
        traits: { name: `Account ${account}` },
      });
    return JSON.stringify({
      ...base,
      traits: { email: `user-${user}@example.com`, firstName: 'Ada', score: at % 100 },
    });
  });
}

/** The same load where most identifies repeat what the user's last one said, as SDKs do on each page: one in five changes the score. */
export function repeatingMessages(count) {
  const random = seeded(20_250_902);
  const scores = new Map();
  return mixedMessages(count).map((line, at) => {
    const message = JSON.parse(line);
    if (message.type !== 'identify') return line;
    const { userId, traits } = message;
    const score = scores.has(userId) && random() >= 0.2 ? scores.get(userId) : at;
    scores.set(userId, score);
    return JSON.stringify({ ...message, traits: { ...traits, score } });
  });
}

/** Endless track messages, as in the benchmark of the mapping; only their ids differ. */
export function* trackLines(count, event) {
  for (let at = 0; at < count; at += 1)
    yield `${JSON.stringify({ ...event, userId: `user-${at % 5000}`, messageId: `m-${at}` })}\n`;
}
