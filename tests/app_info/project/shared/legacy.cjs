const basePath = "/api/auth";
module.exports = { basePath };
