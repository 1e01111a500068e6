/** How users opt out: preferences of their own in an identify message, and consent denied on the web site. */

const IN_TRAITS = (userPreferences) => ({ traits: { userPreferences } });
const IN_CONTEXT = (userPreferences) => ({ context: { traits: { userPreferences } } });
const IN_INTEGRATION = (userPreferences) => ({
  integrations: { All: true, 'Gainsight PX': { userPreferences } },
});
const IN_INTEGRATION_ID = (userPreferences) => ({ integrations: { GAINSIGHT_PX: { userPreferences } } });

const denied = (deniedConsentIds, allowedConsentIds = ['essential']) => ({
  context: {
    consentManagement: { provider: 'custom', resolutionStrategy: 'and', allowedConsentIds, deniedConsentIds },
  },
});

/** Parts of identify messages; the story deals them out in this order. */
export const preferenceParts = [
  IN_TRAITS({ trackUsage: false }),
  IN_TRAITS({ product_updates: false, guided_tours: true }),
  IN_INTEGRATION({ surveys: 'false' }),
  IN_TRAITS({ trackUsage: null, productUpdates: false }),
  IN_CONTEXT({ onboardingBot: false }),
  IN_INTEGRATION({ track_usage: true, track_email_analytics: false }),
  IN_TRAITS({ guidedTours: 'true', surveys: 'false', onboardingBot: null }),
  IN_INTEGRATION_ID({ productUpdate: false }),
  IN_TRAITS({ trackEmailAnalytics: false, onboarding_bot: 'true' }),
  IN_TRAITS({ trackUsage: null }),
  IN_CONTEXT({ guided_tours: 'false' }),
  IN_TRAITS({
    trackUsage: true,
    productUpdates: true,
    guidedTours: true,
    surveys: true,
    onboardingBot: true,
    trackEmailAnalytics: true,
  }),
];

export const consentParts = [
  denied(['analytics']),
  denied(['marketing', 'support-chat'], ['essential', 'analytics']),
  denied(['email-tracking']),
  denied([], ['essential', 'analytics', 'marketing', 'email-tracking']),
  denied(['analytics', 'marketing', 'email-tracking']),
  { ...denied(['analytics']), traits: { userPreferences: { trackUsage: true } } },
  denied(['support-chat']),
];
