// Shows the API description; the browser's own files come with the application.
window.SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true });
