import { isObject, type JsonObject } from '../../core/index.js';
import type { SubError } from '../http/index.js';

/** The kinds of objects that can have custom attributes. */
export type AttributeModel = 'user' | 'account';

/**
 * A custom attribute as PX describes it. The API lists attributes but cannot create them
 * (Gainsight PX API description v0.1.6, `GET /v1/admin/model/{user|account}/attributes`).
 */
export interface AttributeDeclaration {
  /** Case-sensitive. */
  readonly apiName: string;
  readonly type: 'STRING' | 'NUMBER' | 'BOOLEAN' | 'DATE_TIME';
  readonly state: 'ENABLED' | 'DISABLED' | 'DELETED';
  readonly origin: string;
}

/** An attribute to declare. Default: `state: 'ENABLED', origin: 'CUSTOM'`. */
export type AttributeInput = Pick<AttributeDeclaration, 'apiName' | 'type'> & Partial<AttributeDeclaration>;

/** What happens to a custom attribute that is not declared or not enabled. */
export type UndeclaredAttributes = 'keep' | 'drop' | 'refuse';

interface AttributeRule {
  readonly is: (value: unknown) => boolean;
  readonly due: string;
}

const ATTRIBUTE_RULES: Readonly<Record<AttributeDeclaration['type'], AttributeRule>> = {
  STRING: { is: (value) => typeof value === 'string', due: 'a string' },
  NUMBER: { is: (value) => typeof value === 'number', due: 'a number' },
  BOOLEAN: { is: (value) => typeof value === 'boolean', due: 'a boolean' },
  DATE_TIME: { is: Number.isInteger, due: 'an integer, milliseconds since 1970' },
};

/**
 * The declared custom attributes of users and accounts. A model without declared attributes accepts every
 * attribute.
 */
export class AttributeCatalogue {
  readonly #undeclared: UndeclaredAttributes;
  readonly #models: Readonly<Record<AttributeModel, Map<string, AttributeDeclaration>>> = {
    user: new Map(),
    account: new Map(),
  };

  constructor(undeclared: UndeclaredAttributes) {
    this.#undeclared = undeclared;
  }

  define(model: AttributeModel, attribute: AttributeInput): void {
    this.#models[model].set(attribute.apiName, { state: 'ENABLED', origin: 'CUSTOM', ...attribute });
  }

  list(model: AttributeModel): AttributeDeclaration[] {
    return [...this.#models[model].values()];
  }

  /** Lists what is wrong with the custom attributes of a body that `validateBody` has accepted. */
  check(model: AttributeModel, body: JsonObject): SubError[] {
    const declared = this.#models[model];
    if (declared.size === 0 || !isObject(body.customAttributes)) return [];
    return Object.entries(body.customAttributes).flatMap(([name, value]) => {
      const attribute = declared.get(name);
      const report = (message: string) => [{ object: model, field: `customAttributes.${name}`, message }];
      if (attribute?.state !== 'ENABLED')
        return this.#undeclared === 'refuse' ? report('unknown attribute') : [];
      const rule = ATTRIBUTE_RULES[attribute.type];
      return rule.is(value) ? [] : report(`must be ${rule.due}`);
    });
  }

  /** The body to store: without undeclared attributes, when these are dropped. */
  trim(model: AttributeModel, body: JsonObject): JsonObject {
    const declared = this.#models[model];
    const { customAttributes } = body;
    if (this.#undeclared !== 'drop' || declared.size === 0 || !isObject(customAttributes)) return body;
    const known = Object.entries(customAttributes).filter(
      ([name]) => declared.get(name)?.state === 'ENABLED',
    );
    return { ...body, customAttributes: Object.fromEntries(known) };
  }
}
