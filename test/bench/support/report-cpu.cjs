// Loaded before a measured program: at its end it says on descriptor 3 how long it computed, in microseconds.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(3, String(user + system));
});
