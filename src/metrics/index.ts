export { DeliveryMetrics } from './delivery-metrics.js';
