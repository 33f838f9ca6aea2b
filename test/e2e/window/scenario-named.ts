import { scenarios } from '../../fakes/client/scenarios/index.ts';
import type { Scenario } from '../../fakes/client/scenarios/scenario.ts';

export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}
