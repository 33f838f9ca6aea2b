import { borrowingScenarios } from './borrowing.ts';
import { licenseScenarios } from './license.ts';
import { licenseActionScenarios } from './license-actions.ts';
import { peopleScenarios } from './people.ts';
import { programsScenarios } from './programs.ts';
import type { Scenario } from './scenario.ts';
import { settingsScenarios } from './settings.ts';
import { setupScenarios } from './setup.ts';

/** Every screen and state that can be looked at, in the order in which a person meets them. */
export const scenarios: readonly Scenario[] = [
  ...setupScenarios,
  ...licenseScenarios,
  ...licenseActionScenarios,
  ...borrowingScenarios,
  ...programsScenarios,
  ...peopleScenarios,
  ...settingsScenarios,
];
