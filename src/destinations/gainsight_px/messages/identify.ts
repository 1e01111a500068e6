import {
  deepFreeze,
  FixedFields,
  type BodyWith,
  compileTable,
  compileRow,
  findRow,
  reportBehind,
  reportFound,
  type PlanObject,
  type LeafPath,
  type Recorder,
  type Sources,
  type SourceRoot,
  Walker,
  type BodyDraft,
  type Next,
  type RequestPlan,
  type Step,
} from '../../../core/index.js';
import { stepOf, type PxApi } from '../api/px-api.js';
import type { ParsedConfig } from '../config/parse-config.js';
import { eventTimeFor, TIME_TRAIT } from './event-time.js';
import {
  FIXED_USER_FIELDS,
  FULL_NAME,
  STANDARD_USER_FIELDS,
  USER_CREATE_DATES,
  USER_FIELDS,
  USER_ID,
} from '../fields.js';
import type { PxUser } from '../px-objects.js';
import { reportOtherUserIds, requireUserId, userLane } from './identity.js';
import { flatPreferences, PreferenceReader } from '../preferences/preference-reader.js';
import { PREFERENCES_OBJECT } from '../preferences/preferences.js';

type IdentifyStep = 'updateUser' | 'createUser' | 'updateUserAgain' | 'setPreferences';
type Table = NonNullable<Step<IdentifyStep>['on']>;

const USER: PlanObject = deepFreeze({
  object: 'user',
  steps: ['updateUser', 'createUser', 'updateUserAgain'],
});
const NEW_USER: PlanObject = deepFreeze({ object: 'user', steps: ['createUser'] });

const NAME = compileRow(FULL_NAME);
const WALKED: readonly SourceRoot[] = ['traits', 'context.traits'];

/** The tables of a plan whose user's success leads to `whenWritten`. */
function tables(
  whenWritten: Next<IdentifyStep>,
): Readonly<Record<Exclude<IdentifyStep, 'setPreferences'>, Table>> {
  return {
    updateUser: { ok: whenWritten, notFound: { to: 'step', id: 'createUser' } },
    // A refused create is most often a lost race: somebody else created the user meanwhile.
    createUser: { ok: whenWritten, rejected: { to: 'step', id: 'updateUserAgain' } },
    // If there is still no such user, the refusal of the create was about its body.
    updateUserAgain: { ok: whenWritten, notFound: { to: 'fail', code: 'rejected', answerOf: 'createUser' } },
  };
}

const ENDING = deepFreeze(tables({ to: 'done' }));
const GOING_ON = deepFreeze(tables({ to: 'step', id: 'setPreferences' }));

/** Maps identify messages: update the user, or create it where there is none, then set its preferences where there are any. */
export class IdentifyMapper {
  readonly #fixed: FixedFields<typeof FIXED_USER_FIELDS>;
  readonly #walker: Walker;
  readonly #preferences: PreferenceReader;

  constructor(
    config: ParsedConfig,
    private readonly api: PxApi,
  ) {
    const flags = flatPreferences([...config.userFields, ...config.userAttributes]);
    const table = compileTable({
      rows: USER_FIELDS,
      lastRows: STANDARD_USER_FIELDS,
      fields: config.userFields,
      attributes: config.userAttributes,
      roots: WALKED,
      alsoRead: ['name', 'userId', 'id', 'userPreferences', TIME_TRAIT],
      watched: flags,
    });
    this.#fixed = new FixedFields(FIXED_USER_FIELDS, config);
    this.#walker = new Walker(table, USER);
    this.#preferences = new PreferenceReader(config.consentPreferences, flags);
  }

  /** @throws InstrumentationError `id_missing`, `preference_unknown`, `preference_invalid`, `nested_too_deep` */
  plan(sources: Sources, record: Recorder | undefined): RequestPlan<IdentifyStep> {
    const id = requireUserId(sources, record);
    const identifyId = id.value;
    reportFound(USER_ID, id, USER, record);
    if (record !== undefined) reportOtherUserIds(sources, id, WALKED, record);
    const { type, propertyKeys } = this.#fixed.values;
    const body: BodyDraft = { type, propertyKeys, customAttributes: {} } satisfies BodyWith<
      typeof FIXED_USER_FIELDS
    >;
    const hasFlags = this.#fill(body, sources, record);
    const preferences = this.#preferences.read(sources, hasFlags, record);

    const on = preferences === undefined ? ENDING : GOING_ON;
    const update = this.api.call('users.update', identifyId, body);
    const time = eventTimeFor(USER_CREATE_DATES, body, sources, NEW_USER, record);
    const create = this.api.call(
      'users.create',
      identifyId,
      time === undefined
        ? { identifyId, ...body }
        : { identifyId, signUpDate: time, createDate: time, ...body },
    );
    const steps: [Step<IdentifyStep>, ...Step<IdentifyStep>[]] = [
      stepOf('updateUser', update, on.updateUser),
      stepOf('createUser', create, on.createUser),
      stepOf('updateUserAgain', update, on.updateUserAgain),
    ];
    if (preferences !== undefined) {
      reportFound(USER_ID, id, PREFERENCES_OBJECT, record);
      steps.push(stepOf('setPreferences', this.api.call('preferences.set', identifyId, preferences)));
    }
    return { lanes: [userLane(identifyId)], steps };
  }

  /** Whether a trait is called like a preference. */
  #fill(body: BodyDraft, sources: Sources, record: Recorder | undefined): boolean {
    this.#fixed.report(USER, record);
    const hasFlags = this.#walker.walk(sources, body, record);
    if (record !== undefined && isEmpty(body.customAttributes))
      record.wrote(USER, 'customAttributes', 'constant', {});
    if (record !== undefined || body.firstName === undefined || body.lastName === undefined)
      splitName(sources, body, record);
    return hasFlags;
  }
}

/** Fills in first and last name from the one text `name`, where they are missing. */
function splitName(sources: Sources, body: BodyDraft, record: Recorder | undefined): void {
  const found = findRow(sources, NAME, record);
  if (found === undefined) return;
  const [first, last] = splitAtWhiteSpace(found.value.trim());
  const { path } = found;
  if (body.firstName === undefined) fillIn(body, 'firstName', first, path, record);
  if (body.lastName === undefined && last !== undefined) fillIn(body, 'lastName', last, path, record);
  if (record === undefined) return;
  if (first !== body.firstName || (last !== undefined && last !== body.lastName))
    record.dropped(found.path, 'shadowed', found.value);
  reportBehind(sources, NAME, found, WALKED, record);
}

function fillIn(
  body: BodyDraft,
  to: LeafPath<PxUser>,
  value: string,
  path: string,
  record: Recorder | undefined,
): void {
  body[to] = value;
  reportFound({ to }, { value, path }, USER, record);
}

function splitAtWhiteSpace(name: string): [string, string | undefined] {
  const gap = name.search(/\s/);
  return gap === -1 ? [name, undefined] : [name.slice(0, gap), name.slice(gap).trimStart()];
}

function isEmpty(object: unknown): boolean {
  return Object.keys(object as object).length === 0;
}
