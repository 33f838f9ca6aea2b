import type { Command } from 'commander';
import { createCommandBuilder, type WithOperator } from './command-builder.ts';
import { addCompanyCommands } from './company-commands.ts';
import { addKeyCommands } from './key-commands.ts';
import { addPoolCommands } from './pool-commands.ts';
import { addProductCommands } from './product-commands.ts';
import { addReleaseCommands } from './release-commands.ts';

/**
 * The commands of whoever runs the portal (docs/adr/0042). Exit codes: 0 done, 1 a fault, 2 usage or settings, 6 refused.
 *
 * @param fault what a fault of ours is written with
 */
export function addOperatorCommands(
  program: Command,
  withOperator: WithOperator,
  fault: (error: unknown) => void,
): void {
  // What stands behind a command is the command's.
  program.enablePositionalOptions();
  const builder = createCommandBuilder(program, withOperator, fault);
  addCompanyCommands(builder);
  addProductCommands(builder);
  addPoolCommands(builder);
  addKeyCommands(builder);
  addReleaseCommands(builder);
}
