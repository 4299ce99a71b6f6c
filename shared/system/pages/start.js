SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // The address of a description that others host is not for this page to load.
  queryConfigEnabled: false,
  validatorUrl: null,
  // Lives in this page's memory only, never in the browser's storage.
  persistAuthorization: false,
});
