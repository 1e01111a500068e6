import { isObject } from '../../../core/index.js';

/** A tag key of the subscription. */
export interface ProductTag {
  readonly tagKey: string;
  /** The name of the product or environment; absent where the answer has none beside or above the tag key. */
  readonly name?: string;
}

/** A tag key as PX makes it; the numbers at its end name the environment. */
const TAG_KEY = /^(AP-[0-9a-z]+)(?:-\d+){1,2}$/i;
/** Names of fields that hold a tag key, whatever it looks like. */
const TAG_FIELD = /^(?:product|property)?_?(?:tag|property|product)_?keys?$/i;
const NAME_FIELDS = ['name', 'productName', 'propertyName', 'displayName', 'title'];
/** An answer of PX is flat; what is deeper is not looked at. */
const DEEPEST = 20;

/**
 * The tag keys in PX's answer about a subscription, each once, in the order of the answer.
 *
 * The API description says that it lists the products with their tag keys, and nothing of its form. So a tag key is found in any place: as the value
 * of a field such as `propertyKey`, or as any text or field name that looks like one.
 *
 * @example
 * readProducts({ products: [{ name: 'Shop', propertyKey: 'AP-SHOP-2' }] }); // [{ tagKey: 'AP-SHOP-2', name: 'Shop' }]
 */
export function readProducts(answer: unknown): ProductTag[] {
  const found = new Map<string, ProductTag>();
  collect(answer, { found, name: undefined, isTag: false, depth: 0 });
  return [...found.values()];
}

interface Place {
  readonly found: Map<string, ProductTag>;
  /** The nearest name above. */
  readonly name: string | undefined;
  /** Whether the field is for a tag key. */
  readonly isTag: boolean;
  readonly depth: number;
}

function collect(value: unknown, place: Place): void {
  if (typeof value === 'string') note(value, place);
  if (typeof value !== 'object' || value === null || place.depth > DEEPEST) return;
  const depth = place.depth + 1;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, { ...place, depth });
    return;
  }
  if (!isObject(value)) return;
  const name = nameIn(value) ?? place.name;
  for (const [key, inner] of Object.entries(value)) {
    note(key, { ...place, name: isObject(inner) ? (nameIn(inner) ?? name) : name, isTag: false });
    collect(inner, { ...place, name, isTag: TAG_FIELD.test(key), depth });
  }
}

function note(text: string, { found, name, isTag }: Place): void {
  const tagKey = text.trim();
  if (tagKey === '' || found.has(tagKey) || !(isTag || TAG_KEY.test(tagKey))) return;
  found.set(tagKey, name === undefined || name === tagKey ? { tagKey } : { tagKey, name });
}

function nameIn(object: Readonly<Record<string, unknown>>): string | undefined {
  const names = NAME_FIELDS.map((field) => object[field]);
  return names.find((name): name is string => typeof name === 'string' && name.trim() !== '');
}

/** Whether two tag keys are of one product, in two environments. */
export function isOtherEnvironment(one: string, other: string): boolean {
  const [product, otherProduct] = [one, other].map((key) => TAG_KEY.exec(key)?.[1]?.toLowerCase());
  return one !== other && product !== undefined && product === otherProduct;
}
