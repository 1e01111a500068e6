import { InstrumentationError, type RequestBody, type RequestDescriptor } from '../../../core/index.js';
import { idInPath } from './id-in-path.js';

/** Where requests go and what authorises them: all of a configuration that a request needs. */
export interface Connection {
  /** Base URL of the data center, without the API's version. */
  readonly origin: string;
  readonly apiKey: string;
  readonly preferencesVersion: 'v1' | 'v2';
}

/** A body as the mapping makes it: its values are such that JSON holds them. */
export type Body = object;

const JSON_TYPE = 'application/json';

/**
 * The calls of the Gainsight PX REST API, as requests.
 *
 * Each takes the id in the path where a path can carry it, and the body form of the same call where it cannot. Source of methods,
 * paths and header: Gainsight PX API description v0.1.6 (https://px-apidocs.gainsight.com).
 */
export class PxApi {
  readonly #users: string;
  readonly #accounts: string;
  readonly #events: string;
  readonly #preferences: string;
  readonly #apiKey: string;

  constructor(connection: Connection) {
    const v1 = `${connection.origin}/v1`;
    this.#users = `${v1}/users`;
    this.#accounts = `${v1}/accounts`;
    this.#events = `${v1}/events/custom`;
    this.#preferences = `${connection.origin}/${connection.preferencesVersion}/user/preferences`;
    this.#apiKey = connection.apiKey;
  }

  /** 204; 404 when there is no such user. */
  updateUser(identifyId: string, body: Body): RequestDescriptor {
    const id = idInPath(identifyId);
    return id === undefined
      ? this.#write('PUT', `${this.#users}/update`, 'users', { identifyId, ...body })
      : this.#write('PUT', `${this.#users}/${id}`, 'users', body);
  }

  /** 201; 400 when there is one already. `body` holds the `identifyId`. */
  createUser(body: Body): RequestDescriptor {
    return this.#write('POST', this.#users, 'users', body);
  }

  /** 204; 404 when there is no such account. */
  updateAccount(accountId: string, body: Body): RequestDescriptor {
    const id = idInPath(accountId);
    return id === undefined
      ? this.#write('PUT', `${this.#accounts}/update`, 'accounts', { id: accountId, ...body })
      : this.#write('PUT', `${this.#accounts}/${id}`, 'accounts', body);
  }

  /** 201; 400 when there is one already. `body` holds the `id`. */
  createAccount(body: Body): RequestDescriptor {
    return this.#write('POST', this.#accounts, 'accounts', body);
  }

  /** 201. */
  createEvent(body: Body): RequestDescriptor {
    return this.#write('POST', this.#events, 'events', body);
  }

  /** 204; 404 when there is no such user. Only the flags in `body` change. */
  setPreferences(identifyId: string, body: Body): RequestDescriptor {
    const id = idInPath(identifyId);
    return id === undefined
      ? this.#write('PUT', this.#preferences, 'preferences', { identifyId, ...body })
      : this.#write('PUT', `${this.#preferences}/${id}`, 'preferences', body);
  }

  /** 200 with the six flags, `null` for one never set; 404 when there is no such user. */
  getPreferences(identifyId: string): RequestDescriptor {
    const id = idInPath(identifyId);
    return id === undefined
      ? this.#write('POST', this.#preferences, 'preferences', { identifyId })
      : this.#bare('GET', `${this.#preferences}/${id}`, 'preferences');
  }

  /** 200 or 204; 404 when the user is gone already. Erases for good: the default would keep the record for seven days. */
  deleteUser(identifyId: string): RequestDescriptor {
    const id = idInPath(identifyId);
    return id === undefined
      ? this.#write('DELETE', `${this.#users}/delete?hardDelete=true`, 'users', { identifyId })
      : this.#bare('DELETE', `${this.#users}/${id}?hardDelete=true`, 'users');
  }

  /**
   * 200 or 204; 404 when there is no such user.
   *
   * @throws InstrumentationError `id_not_allowed`: this call has no body form, and no path can carry the id.
   */
  denyUser(identifyId: string, denied: boolean): RequestDescriptor {
    const id = idInPath(identifyId);
    if (id === undefined) {
      throw new InstrumentationError(
        'id_not_allowed',
        'identifyId cannot be put on the denylist: PX takes it in the URL path only',
        {
          issues: [
            {
              path: 'identifyId',
              message:
                "expected only letters, digits, inner blanks and -._~@:!$&'()*,+=, at most 512 bytes when encoded, and none of . .. update delete denylist",
            },
          ],
        },
      );
    }
    return this.#write('PUT', `${this.#users}/denylist/${id}`, 'users', { denied });
  }

  #write(
    method: RequestDescriptor['method'],
    endpoint: string,
    endpointPath: RequestDescriptor['endpointPath'],
    body: Body,
  ): RequestDescriptor {
    return {
      method,
      endpoint,
      endpointPath,
      headers: { 'X-APTRINSIC-API-KEY': this.#apiKey, 'Content-Type': JSON_TYPE },
      body: body as RequestBody,
    };
  }

  #bare(
    method: RequestDescriptor['method'],
    endpoint: string,
    endpointPath: RequestDescriptor['endpointPath'],
  ): RequestDescriptor {
    return { method, endpoint, endpointPath, headers: { 'X-APTRINSIC-API-KEY': this.#apiKey } };
  }
}
