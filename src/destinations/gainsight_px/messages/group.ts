import {
  deepFreeze,
  FixedFields,
  type BodyWith,
  reportDefault,
  reportFound,
  compileTable,
  type FoundValue,
  type PlanObject,
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
import { eventTimeFor, SYNCED_TIMES, TIME_TRAIT } from './event-time.js';
import {
  ACCOUNT_CREATE_DATES,
  ACCOUNT_FIELDS,
  ACCOUNT_ID,
  ACCOUNT_NAME_DEFAULT,
  FIXED_ACCOUNT_FIELDS,
  FIXED_USER_FIELDS,
  GROUP_MEMBER_ACCOUNT_ID,
  GROUP_MEMBER_ID,
  STANDARD_ACCOUNT_FIELDS,
  USER_CREATE_DATES,
} from '../fields.js';
import {
  findMemberId,
  reportOtherAccountIds,
  requireAccountId,
  requireMemberId,
  accountLane,
  userLane,
} from './identity.js';

type AccountStep = 'updateAccount' | 'createAccount' | 'updateAccountAgain';
type LinkStep = 'linkUser' | 'createUser' | 'linkUserAgain';
type GroupStep = AccountStep | LinkStep;
type Steps = [Step<GroupStep>, ...Step<GroupStep>[]];
type Table = NonNullable<Step<GroupStep>['on']>;

const ACCOUNT: PlanObject = deepFreeze({
  object: 'account',
  steps: ['updateAccount', 'createAccount', 'updateAccountAgain'],
});
const NEW_ACCOUNT: PlanObject = deepFreeze({ object: 'account', steps: ['createAccount'] });
const LINK: PlanObject = deepFreeze({ object: 'user', steps: ['linkUser'] });
const LINK_OR_NEW: PlanObject = deepFreeze({
  object: 'user',
  steps: ['linkUser', 'createUser', 'linkUserAgain'],
});
const NEW_USER: PlanObject = deepFreeze({ object: 'user', steps: ['createUser'] });

const WALKED: readonly SourceRoot[] = ['traits'];

/** The tables of the account's steps, whose success leads to `whenWritten`. */
function accountTables(whenWritten: Next<GroupStep>): Readonly<Record<AccountStep, Table>> {
  return deepFreeze({
    updateAccount: { ok: whenWritten, notFound: { to: 'step', id: 'createAccount' } },
    createAccount: { ok: whenWritten, rejected: { to: 'step', id: 'updateAccountAgain' } },
    updateAccountAgain: {
      ok: whenWritten,
      notFound: { to: 'fail', code: 'rejected', answerOf: 'createAccount' },
    },
  });
}

const SKIPPED: Next<GroupStep> = deepFreeze({ to: 'done', note: 'link_skipped' });
const WITH_LINK = accountTables({ to: 'step', id: 'linkUser' });
const WITHOUT_LINK = accountTables(SKIPPED);

/** What becomes of a user that PX does not know. */
const LINK_TABLES: Readonly<Record<ParsedConfig['missingUserOnGroup'], Table>> = deepFreeze({
  create: { notFound: { to: 'step', id: 'createUser' } },
  fail: { notFound: { to: 'fail', code: 'user_not_found' } },
  skip: { notFound: SKIPPED },
});

const NEW_USER_TABLES: Readonly<Record<'createUser' | 'linkUserAgain', Table>> = deepFreeze({
  createUser: { rejected: { to: 'step', id: 'linkUserAgain' } },
  linkUserAgain: { notFound: { to: 'fail', code: 'rejected', answerOf: 'createUser' } },
});

/**
 * Maps group messages: update the account, or create it where there is none, then link the user to it. A user that PX does not know is
 * created, fails the message or is left out, as `missingUserOnGroup` says.
 */
export class GroupMapper {
  readonly #fixed: FixedFields<typeof FIXED_ACCOUNT_FIELDS>;
  readonly #fixedUser: FixedFields<typeof FIXED_USER_FIELDS>;
  readonly #walker: Walker;

  constructor(
    private readonly config: ParsedConfig,
    private readonly api: PxApi,
  ) {
    const table = compileTable({
      rows: ACCOUNT_FIELDS,
      lastRows: STANDARD_ACCOUNT_FIELDS,
      fields: config.accountFields,
      attributes: config.accountAttributes,
      roots: WALKED,
      alsoRead: ['groupId', TIME_TRAIT],
      watched: [],
    });
    this.#fixed = new FixedFields(FIXED_ACCOUNT_FIELDS, config);
    this.#fixedUser = new FixedFields(FIXED_USER_FIELDS, config);
    this.#walker = new Walker(table, ACCOUNT);
  }

  /** @throws InstrumentationError `id_missing`, `group_id_missing`, `nested_too_deep` */
  plan(sources: Sources, record: Recorder | undefined): RequestPlan<GroupStep> {
    const { missingUserOnGroup } = this.config;
    const member =
      missingUserOnGroup === 'skip' ? findMemberId(sources, record) : requireMemberId(sources, record);
    const account = requireAccountId(sources, record);
    const { value: accountId } = account;
    if (record !== undefined) {
      reportFound(ACCOUNT_ID, account, ACCOUNT, record);
      reportOtherAccountIds(sources, account, WALKED, record);
      if (member === undefined) record.noted('link_skipped');
      else reportLink(member, account, missingUserOnGroup === 'create' ? LINK_OR_NEW : LINK, record);
    }

    const body = this.#account(sources, record);
    const update = this.api.call('accounts.update', accountId, body);
    const on = member === undefined ? WITHOUT_LINK : WITH_LINK;
    const steps: Steps = [
      stepOf('updateAccount', update, on.updateAccount),
      this.#createAccount(account, body, on.createAccount, sources, record),
      stepOf('updateAccountAgain', update, on.updateAccountAgain),
    ];
    if (member === undefined) return { lanes: [accountLane(accountId)], steps };
    const { value: identifyId } = member;
    this.#addLink(steps, identifyId, accountId, sources, record);
    return { lanes: [userLane(identifyId), accountLane(accountId)], steps };
  }

  #account(sources: Sources, record: Recorder | undefined): BodyDraft {
    const { propertyKeys } = this.#fixed.values;
    const body: BodyDraft = { propertyKeys } satisfies BodyWith<typeof FIXED_ACCOUNT_FIELDS>;
    this.#fixed.report(ACCOUNT, record);
    this.#walker.walk(sources, body, record);
    return body;
  }

  #createAccount(
    account: FoundValue<string>,
    update: BodyDraft,
    on: Table,
    sources: Sources,
    record: Recorder | undefined,
  ): Step<GroupStep> {
    const id = account.value;
    if (update.name === undefined) reportDefault(ACCOUNT_NAME_DEFAULT, account, NEW_ACCOUNT, record);
    const time = eventTimeFor(
      ACCOUNT_CREATE_DATES,
      update,
      sources,
      NEW_ACCOUNT,
      record,
      SYNCED_TIMES.account,
    );
    const create = this.api.call(
      'accounts.create',
      id,
      time === undefined ? { id, name: id, ...update } : { id, name: id, createDate: time, ...update },
    );
    return stepOf('createAccount', create, on);
  }

  #addLink(
    steps: Steps,
    identifyId: string,
    accountId: string,
    sources: Sources,
    record: Recorder | undefined,
  ): void {
    const { missingUserOnGroup } = this.config;
    const link = this.api.call('users.update', identifyId, { accountId });
    steps.push(stepOf('linkUser', link, LINK_TABLES[missingUserOnGroup]));
    if (missingUserOnGroup !== 'create') return;

    const { type, propertyKeys } = this.#fixedUser.values;
    const user = { identifyId, accountId, type, propertyKeys } satisfies BodyWith<typeof FIXED_USER_FIELDS>;
    this.#fixedUser.report(NEW_USER, record);
    const time = eventTimeFor(USER_CREATE_DATES, {}, sources, NEW_USER, record, SYNCED_TIMES.member);
    const create = this.api.call(
      'users.create',
      identifyId,
      time === undefined ? user : { signUpDate: time, createDate: time, ...user },
    );
    steps.push(
      stepOf('createUser', create, NEW_USER_TABLES.createUser),
      stepOf('linkUserAgain', link, NEW_USER_TABLES.linkUserAgain),
    );
  }
}

function reportLink(
  member: FoundValue<string>,
  account: FoundValue<string>,
  object: PlanObject,
  record: Recorder,
): void {
  reportFound(GROUP_MEMBER_ID, member, object, record);
  reportFound(GROUP_MEMBER_ACCOUNT_ID, account, object, record);
}
