/** The lane of all messages about one user. */
export function userLane(identifyId: string): string {
  return `user:${identifyId}`;
}

/** The lane of all messages about one account. */
export function accountLane(accountId: string): string {
  return `account:${accountId}`;
}
