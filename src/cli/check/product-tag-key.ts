import { isOtherEnvironment, readProducts, type ProductTag } from '../../destinations/gainsight_px/index.js';
import type { Answer } from './ask.js';
import type { Check } from './report.js';

const BY_HAND = 'compare it with PX by hand (Administration → Products)';

/** More are not listed. */
const MOST_LISTED = 8;

/** Whether the tag key is one of the subscription's products. */
export function checkProductTagKey(productTagKey: string, subscription: Answer): Check {
  const name = 'productTagKey';
  const shown = JSON.stringify(productTagKey);
  if (subscription.is !== 'answered') {
    const found = 'the subscription was not read';
    return { name, result: 'notChecked', code: 'not_checked', found, todo: BY_HAND };
  }
  const products = readProducts(subscription.body);
  if (products.length === 0) {
    const found = "PX's answer names no tag key";
    return { name, result: 'notChecked', code: 'tag_keys_not_listed', found, todo: BY_HAND };
  }
  const exact = products.find(({ tagKey }) => tagKey === productTagKey);
  if (exact !== undefined)
    return { name, result: 'ok', code: 'tag_key_known', found: `PX has ${productText(exact)}` };

  const twin = products.find(({ tagKey }) => tagKey.toLowerCase() === productTagKey.trim().toLowerCase());
  if (twin !== undefined) {
    const found = `PX has no product ${shown}, but ${productText(twin)}`;
    const todo = `write productTagKey as ${twin.tagKey}`;
    return { name, result: 'failed', code: 'tag_key_differs_by_case', found, todo };
  }
  const others = products.filter(({ tagKey }) => isOtherEnvironment(tagKey, productTagKey));
  if (others.length > 0) {
    const found = `PX lists the product only in other environments: ${listText(others)}`;
    const todo = `check that ${shown} is the environment you mean`;
    return { name, result: 'warning', code: 'tag_key_of_other_environment', found, todo };
  }
  const found = `PX has no product ${shown}. It has ${listText(products)}`;
  return {
    name,
    result: 'failed',
    code: 'tag_key_unknown',
    found,
    todo: 'set productTagKey to one of these',
  };
}

function productText({ tagKey, name }: ProductTag): string {
  return name === undefined ? tagKey : `${tagKey} (${name})`;
}

function listText(products: readonly ProductTag[]): string {
  const more = products.length > MOST_LISTED ? ` and ${products.length - MOST_LISTED} more` : '';
  return products.slice(0, MOST_LISTED).map(productText).join(', ') + more;
}
