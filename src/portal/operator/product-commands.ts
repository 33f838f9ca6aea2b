import { lineSchema } from '../../contract/primitives.ts';
import type { CommandBuilder, Common } from './command-builder.ts';
import { also, by, code, name } from './option-values.ts';
import { putProduct } from './sales.ts';

/** `product put`. */
export function addProductCommands({ group, command }: CommandBuilder): void {
  command(
    group('product', 'Programs that are sold.'),
    'put',
    'Adds a program, or writes its name and summary anew.',
    async (
      operator,
      { name, summary, contains }: Common & { name: string; summary: string; contains: string[] },
      code: string,
    ) => {
      const put = await putProduct(operator, { code, name, summary, contains });
      return { json: put, text: put.code };
    },
  )
    .argument('<code>', 'what programs ask for it by', code)
    .requiredOption('--name <name>', 'what people call it', name)
    .option('--summary <text>', 'one sentence about it', by(lineSchema(300)), '')
    .option('--contains <code>', 'of a suite: a program that its seats open; repeat it', also(code), []);
}
