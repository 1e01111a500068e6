import path from 'node:path';
import type { AnyFixedRow } from '../src/core/mapping/fixed-fields';
import type { AnyRow } from '../src/core/mapping/table';
import * as fields from '../src/destinations/gainsight_px/fields';
import { PREFERENCE_SOURCES } from '../src/destinations/gainsight_px/preferences/preference-reader';
import { PREFERENCES } from '../src/destinations/gainsight_px/px-objects';
import type { WarningCode } from '../src/destinations/gainsight_px/explain/explanation';
import { DROP_REASON_TEXTS } from '../src/core/mapping/reason-texts';

/** The path of the generated page. */
export const MAPPING_DOC_FILE = path.resolve(__dirname, '../docs/mapping.md');

/** The input of each converter, as the page describes it. A converter without an entry does not compile. */
const CONVERTER_TEXT: Readonly<Record<AnyRow['as'], string>> = {
  text: 'strings as they are; finite numbers and booleans as text; blank is absent',
  number: 'finite numbers and numeric strings',
  integer: 'as number, rounded to the nearest whole number',
  boolean: '`true`, `false`, the numbers `1` and `0`, and the strings true, false, yes, no, 1, 0 in any case',
  trueOrFalse: '`true`, `false`, and these words in any case',
  date:
    'becomes epoch milliseconds. Numbers and numeric strings: seconds (1e8 ≤ |v| < 1e11) or milliseconds (from 1e11). ISO-8601 dates and ' +
    'date-times, UTC where they name no offset, also with blanks before the offset and with `UTC`, `GMT` or `UT` in its place ' +
    '(`2022-04-19 03:33:50 UTC`). The text of JavaScript’s `Date` (`Thu Mar 24 2016 12:00:00 GMT+0000 (UTC)`), and the dates of mails and ' +
    'HTTP, RFC 2822 and RFC 1123 (`Thu, 24 Mar 2016 12:00:00 GMT`). `Date` objects. Dropped in every form: an impossible day, another ' +
    'zone name than these, formats whose day and month could be swapped, exactly 0 (`1970-01-01T00:00:00Z`), and what is further than 4.1e12 ms ' +
    'from it (before 1840, after 2099), because programs write these for “no date”',
  gender: 'f, female → `FEMALE`; m, male → `MALE`; o, other, others → `OTHER`; in any case',
  id:
    'a non-blank string with no lone surrogate, unchanged; a finite number as text. The strings `undefined`, `null`, `NaN`, `[object Object]` and ' +
    'the nil UUID count as absent. A whole number beyond ±(2^53 − 1) ends the search, because JSON readers round it and it may be another’s: for ' +
    'the user and the group of a message that is an error (`id_not_exact`), in other fields it is dropped',
  name: 'a non-blank string, trimmed; a finite number as text',
  textOrNumber: 'a non-blank string or a finite number, unchanged',
};

/** What each warning is about; a code without an entry does not compile. */
const WARNINGS: Readonly<Record<WarningCode, string>> = {
  too_many_attributes: 'more than 50 attributes on an event',
  attribute_name_too_long: 'an attribute name over 1,024 characters',
  attribute_names_differ_by_case: 'attribute names that differ only by case',
  event_name_too_long: 'an event name over 2,000 characters',
  read_only_field: 'a field that PX declares read-only, where the message or a row names it',
  junk_id: 'a placeholder that is passed over as an id',
  number_not_exact: 'an attribute that holds a number beyond 2^53, which JSON readers round',
  attribute_unknown: 'a custom attribute that `attributeTypes` does not list',
  attribute_disabled: 'a custom attribute that `attributeTypes` lists as disabled',
  attribute_differs_by_case: 'a custom attribute that `attributeTypes` lists in another case',
};

function table(rows: readonly (AnyRow | AnyFixedRow)[]): string {
  return ['| PX field | from (first usable wins) | type |', '|---|---|---|', ...rows.map(line)].join('\n');
}

function line(row: AnyRow | AnyFixedRow): string {
  if ('constant' in row) return `| \`${row.to}\` | the constant \`${JSON.stringify(row.constant)}\` | |`;
  if ('config' in row) {
    return `| \`${row.to}\` | \`config.${row.config}\` | ${row.as === 'list' ? 'a list of this one value' : ''} |`;
  }
  return `| \`${row.to}\` | ${list(row.from)} | ${row.as} |`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

const ADDRESS =
  'A dot leads into the object `address`. An `address` that is no object, or that a row of a map takes as a whole, is not read here.';

const TYPES =
  "With a `type` on its row, or in `attributeTypes.user`, an attribute's value is converted to it: `STRING` as text, `NUMBER` as number, " +
  '`BOOLEAN` as boolean, `DATE_TIME` as date; what does not convert is dropped.';

function fieldMap(key: string, then: string): string {
  return (
    `Rows of \`${key}\` name further sources of these fields, a trait or a dotted path into one, and go before all others. A row looks in \`traits\`` +
    `${then}, for the exact name before the path; of several rows for one field, the last with a usable value wins.`
  );
}

/** The page `docs/mapping.md`, from the tables that the code runs on. */
export function generateMappingDoc(): string {
  return `<!-- Generated by \`npm run generate\` from src/destinations/gainsight_px/fields.ts. Do not edit. -->
# Which field comes from where

Each source is a path into the RudderStack message, except \`config.…\`, which is a key of the configuration, and constants. The first
*usable* source wins: its value is present, not blank, and of the field's type. Other values are dropped, and never sent as \`null\`;
\`gainsight-px explain\` says what was dropped and why.

## Types
${Object.entries(CONVERTER_TEXT)
  .map(([name, text]) => `- **${name}**: ${text}.`)
  .join('\n')}
- **attribute** (custom attributes, event attributes, global context): strings, finite numbers and booleans as they are; objects
  and arrays as their JSON text; a \`Date\` as ISO text on events, as epoch milliseconds on users and accounts.

## identify → user
${table([fields.USER_ID, ...fields.FIXED_USER_FIELDS, ...fields.USER_FIELDS])}

Standard traits of the RudderStack and Segment specifications are read after all of these, so they fill only what would be empty:

${table(fields.STANDARD_USER_FIELDS)}

${ADDRESS}
${fieldMap('userFieldMap', ', then in `context.traits`')}

Where the first or the last name is absent, the trait \`name\` (${list(fields.FULL_NAME.from)}) is split at its first white space.
Custom attributes come from \`userAttributeMap\`: the exact name of a trait first, then a dotted path into the traits. A trait that
is neither a field nor mapped is dropped. ${TYPES}
\`customAttributes\` is always present.
On creation ${list(fields.USER_CREATE_DATES)} default to ${list(fields.EVENT_TIME.from)}.

Preferences are read from ${list(PREFERENCE_SOURCES)} (in \`integrations\` in any case): an object with any of
${list(PREFERENCES)}, or their snake_case form. Values are booleans as above; \`null\` or the text \`null\` changes nothing; anything else is an error.
A trait that is called exactly like one of the six is a preference, too, where its value is of the type **trueOrFalse** and no row of
\`userAttributeMap\` or \`userFieldMap\` reads it. Flag by flag, the object wins, then a denied consent category (\`consentPreferences\`), then the trait.

## group → account, then user
${table([fields.ACCOUNT_ID, ...fields.FIXED_ACCOUNT_FIELDS, ...fields.ACCOUNT_FIELDS])}

Standard traits, read after all of these:

${table(fields.STANDARD_ACCOUNT_FIELDS)}

${ADDRESS}
${fieldMap('accountFieldMap', '')}

Custom attributes come from \`accountAttributeMap\`; their types from its rows and from \`attributeTypes.account\`. On creation \`name\` defaults to the account's id (${list(fields.ACCOUNT_NAME_DEFAULT.from)}), ${list(fields.ACCOUNT_CREATE_DATES)} to
${list(fields.EVENT_TIME.from)}. The user that is linked:

${table([fields.GROUP_MEMBER_ID, fields.GROUP_MEMBER_ACCOUNT_ID])}

\`missingUserOnGroup\` says what happens when PX does not know this user:
- \`create\` (default): the user is created with these two fields, ${list(fields.FIXED_USER_FIELDS.map(({ to }) => to))}; ${list(fields.USER_CREATE_DATES)}
  default to ${list(fields.EVENT_TIME.from)}. A later identify adds its traits. A group message without a usable user id is refused.
- \`fail\`: the message fails as \`user_not_found\`, which is retryable; the account is written. Later messages of the user and the account are
  sent all the same, because one of them may create the user: when the message is sent again, it writes its account traits once more,
  over newer ones.
- \`skip\`: the message is delivered without the link; the outcome has the note \`link_skipped\`. A group message without a usable user id
  writes the account alone.

## track → custom event
${table([fields.USER_ID, ...fields.FIXED_EVENT_FIELDS, fields.EVENT_NAME, ...fields.EVENT_FIELDS])}

All \`properties\` but \`globalContext\` become \`attributes\`: strings, finite numbers and booleans as they are, objects and arrays as JSON
text, a \`Date\` as ISO text. \`attributes\` is always present. \`globalContext\` is \`properties.globalContext\` where that is an object with
a usable value, else the pairs of \`globalContextMap\`; with \`globalContextPrecedence: merge\` both, the event's own
winning.

With \`sendEventId\` and \`sendIp\`:

${table([fields.EVENT_ID, fields.EVENT_IP])}

### page and screen, with \`pageEvents\`
${Object.entries(fields.PAGE_EVENT_NAMES)
  .map(([type, row]) => `In a \`${type}\` message:\n\n${table([row])}`)
  .join('\n\n')}

${list(fields.PAGE_ATTRIBUTES)} of the message are attributes beside the properties; a property of the same name wins. All else is as for track.
Without \`pageEvents\` these messages are skipped by the commands and the service, and \`process\` refuses them (\`type_unsupported\`).

### Nested objects, with \`nestedAttributes: flatten\`
An object among the properties becomes one attribute for each of its values, with a dotted name (\`order.total\`). Arrays stay JSON text. An
empty object has no attribute, and reserved names (\`__proto__\`, \`constructor\`, \`prototype\`) are left out on every level. Of several
values with one name the least nested wins: \`{"order.total": 1, "order": {"total": 2}}\` sends 1. The names of one event grow by at most
1,000,000 characters in all; after that, further objects stay JSON text.

### URLs, with \`stripUrlQuery\`
Query and fragment are cut off the fields ${list(fields.URL_FIELDS)} and off the text attributes ${list(fields.URL_ATTRIBUTES)}. The attributes
${list(fields.QUERY_ATTRIBUTES)} are left out.

## Reverse ETL
In a message whose \`channel\` is \`sources\`, and whose \`context.mappedToDestination\` is neither \`true\` nor \`"true"\`, \`timestamp\` is the time of
the sync. There the dates come from other sources:

| date | from (first usable wins) |
|---|---|
| \`date\` of an event | ${list(fields.SYNCED_EVENT_DATE.from)} |
| ${list(fields.USER_CREATE_DATES)} of a created user | ${list(fields.SYNCED_TIME.from)} |
| ${list(fields.ACCOUNT_CREATE_DATES)} of a created account | ${list(fields.SYNCED_TIME.from)} |
| ${list(fields.USER_CREATE_DATES)} of a user that a group message creates | ${list(fields.SYNCED_MEMBER_TIME.from)} |

## What explain reports
Each value that is not sent, with one of these reasons:

${Object.entries(DROP_REASON_TEXTS)
  .map(([reason, text]) => `- \`${reason}\`: ${text}.`)
  .join('\n')}

And warnings of what is sent all the same:

${Object.entries(WARNINGS)
  .map(([code, text]) => `- \`${code}\`: ${text}.`)
  .join('\n')}
`;
}
