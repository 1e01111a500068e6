export { DeliveryMetrics, type SharedLimitsStats } from './delivery-metrics.js';
