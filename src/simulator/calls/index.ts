/** The calls of PX's API: their routes, and what each does to the store. */
export { matchRoute, permissionFor, SIMULATED_ROUTES } from './routes.js';
export type { RouteMatch, SimulatedRoute } from './routes.js';
