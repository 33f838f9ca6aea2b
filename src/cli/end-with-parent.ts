/**
 * Loaded before a program that another one starts (`node --import`): when the starter lets go of the channel, or dies, the program is asked
 * to end as a signal would ask it. On Windows, where a signal from outside kills, this is the only orderly way.
 */
let listens = false;
process.on('newListener', (event) => {
  if (event === 'SIGTERM') listens = true;
});
process.once('disconnect', () => {
  // A program that was asked before listens no more, and is ending.
  if (!process.emit('SIGTERM') && !listens) process.exit(143);
});
// Waiting for the starter is no reason to stay alive.
process.channel?.unref();

export {};
