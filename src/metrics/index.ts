export { ClusterMetrics } from './cluster-metrics.js';
export { DeliveryMetrics, type SharedLimitsStats } from './delivery-metrics.js';
