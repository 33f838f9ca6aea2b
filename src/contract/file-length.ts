/** Most characters of a file that is handed over: license, request or receipt. A document fills a twentieth of it. */
export const maximumFileLength = 131_072;
