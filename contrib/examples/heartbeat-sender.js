// server.js - a web server with a heartbeat: the user's own sender, with the four functions it leaves
// undefined filled in, and the address of the monitor taken from the environment.
//
//   LOAD_BALANCER_URL=http://127.0.0.1:8377 SERVER_ID=server-1 PORT=3000 node heartbeat-sender.js

const express = require('express');
const axios = require('axios');

const app = express();
const SERVER_ID = process.env.SERVER_ID || 'server-1';
const SERVER_PORT = process.env.PORT || 3000;
const LOAD_BALANCER_URL = process.env.LOAD_BALANCER_URL || 'http://load-balancer:8080';
const HEARTBEAT_INTERVAL = 3000; // 3 seconds

// --- filled in: what the server measures of itself ---
let requests = 0, responseMs = 0, since = Date.now(), cpuBefore = process.cpuUsage(), cpuAt = Date.now();

app.use((req, res, next) => {
  const began = process.hrtime.bigint();
  res.on('finish', () => {
    requests++;
    responseMs += Number(process.hrtime.bigint() - began) / 1e6;
  });
  next();
});

function checkDatabaseConnection() {
  return true; // this example has no database
}

function getCurrentCPU() { // percent of one processor since the last look
  const used = process.cpuUsage(cpuBefore), elapsed = Math.max(Date.now() - cpuAt, 1);
  cpuBefore = process.cpuUsage();
  cpuAt = Date.now();
  return (used.user + used.system) / 10 / elapsed;
}

function getRequestRate() {
  const rate = requests * 1000 / Math.max(Date.now() - since, 1);
  return rate;
}

function getAvgResponseTime() {
  const average = requests ? responseMs / requests : 0;
  requests = 0;
  responseMs = 0;
  since = Date.now();
  return average;
}

// --- as the user wrote it, from here on ---

// Main application logic
app.get('/', (req, res) => {
  res.json({
    message: 'Hello from ' + SERVER_ID,
    timestamp: new Date().toISOString()
  });
});

// Health check endpoint (alternative to active heartbeat)
app.get('/health', (req, res) => {
  // Check if server is actually healthy
  const isHealthy = checkSystemHealth();

  if (isHealthy) {
    res.status(200).json({
      status: 'healthy',
      server: SERVER_ID,
      uptime: process.uptime(),
      memory: process.memoryUsage(),
      timestamp: Date.now()
    });
  } else {
    // Report unhealthy state
    res.status(503).json({
      status: 'unhealthy',
      server: SERVER_ID,
      error: 'System degraded'
    });
  }
});

function checkSystemHealth() {
  // Check critical components
  const memoryOK = process.memoryUsage().heapUsed < 500 * 1024 * 1024; // < 500MB
  const dbConnected = checkDatabaseConnection();
  const cpuOK = getCurrentCPU() < 90; // < 90% CPU

  return memoryOK && dbConnected && cpuOK;
}

// HEARTBEAT: Active push to load balancer
function sendHeartbeat() {
  const heartbeatData = {
    server_id: SERVER_ID,
    timestamp: Date.now(),
    status: 'alive',
    metrics: {
      cpu: getCurrentCPU(),
      memory: process.memoryUsage().heapUsed,
      requests_per_sec: getRequestRate(),
      response_time_ms: getAvgResponseTime()
    }
  };

  axios.post(`${LOAD_BALANCER_URL}/heartbeat`, heartbeatData)
    .then(response => {
      console.log(`✅ [${SERVER_ID}] Heartbeat sent at ${new Date().toISOString()}`);
    })
    .catch(error => {
      console.error(`❌ [${SERVER_ID}] Failed to send heartbeat:`, error.message);
    });
}

// Start heartbeat loop
setInterval(sendHeartbeat, HEARTBEAT_INTERVAL);
console.log(`🔄 [${SERVER_ID}] Heartbeat started (every ${HEARTBEAT_INTERVAL}ms)`);

// Start server
app.listen(SERVER_PORT, () => {
  console.log(`🚀 [${SERVER_ID}] Server running on port ${SERVER_PORT}`);

  // Send initial heartbeat
  sendHeartbeat();
});

// Graceful shutdown - send final heartbeat
process.on('SIGTERM', () => {
  console.log(`🛑 [${SERVER_ID}] Shutting down gracefully...`);

  // Notify load balancer we're going down
  axios.post(`${LOAD_BALANCER_URL}/shutdown`, {
    server_id: SERVER_ID,
    reason: 'graceful_shutdown'
  }).then(() => {
    process.exit(0);
  });
});
