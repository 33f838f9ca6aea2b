// Imports are looked up before anything runs: what hastens that comes first, and the program after it.
import './db/resolve-drizzle.ts';
import process from 'node:process';

const { runProgram } = await import('./program.ts');
await runProgram(process.env, process.argv.slice(2));
