/** Hands a text to the person as a file to save; the shell or the browser asks where, and does not tell whether it was saved. */
export function saveFile(fileName: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // A save dialog may stand open for a while before the bytes are read.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
